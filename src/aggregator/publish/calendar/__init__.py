"""Calendars of closing dates, meetings and deadlines."""
