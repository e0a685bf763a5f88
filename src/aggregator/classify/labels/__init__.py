"""Labels documents by the vocabulary: relevance, type, topics and plans, each with its reasons."""
