"""Request policies: settings, addresses, allowed origins, security headers."""
