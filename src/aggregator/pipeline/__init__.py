"""The services, on their way into packages of their own."""
