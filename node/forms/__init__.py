"""What leaves the office: pages to print, address cards, calendars; all derived from the declarations."""
