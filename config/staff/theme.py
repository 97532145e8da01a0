"""The admin's names, callbacks and colours. Part of the settings: imports nothing of ours."""

from __future__ import annotations

THEME = {
    "SITE_TITLE": "Tollgate",
    "SITE_HEADER": "Tollgate",
    "SITE_URL": "/",
    "SITE_ICON": "config.staff.look.mark",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "config.staff.look.mark"},
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "config.staff.look.environment",
    "DASHBOARD_CALLBACK": "config.staff.dashboard.staff_dashboard",
    "STYLES": ["config.staff.look.styles"],
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "config.staff.navigation.navigation",
    },
    "COMMAND": {"search_callback": "config.staff.search.search"},
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.2% 0.014 274)",
            "100": "oklch(94.4% 0.03 274)",
            "200": "oklch(88.6% 0.06 274)",
            "300": "oklch(80% 0.1 274)",
            "400": "oklch(70% 0.145 274)",
            "500": "oklch(61% 0.18 274)",
            "600": "oklch(53% 0.19 274)",
            "700": "oklch(46% 0.18 274)",
            "800": "oklch(39% 0.15 274)",
            "900": "oklch(33% 0.12 274)",
            "950": "oklch(24% 0.09 274)",
        }
    },
}
