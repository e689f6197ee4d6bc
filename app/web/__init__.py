"""What every request meets: settings, addresses, allowed origins, security headers."""
