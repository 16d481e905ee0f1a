"""The documentation site: Sphinx with Markdown (MyST) and the theme Furo. No network at build, no
fonts or scripts of other sites. What is generated from the code is in generated.py beside it."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from generated import fill_in, write_llms_txt

project = "cognito-gate"
author = "the cognito-gate contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]
suppress_warnings = ["myst.header"]  # a table of contents may stand before the first heading
highlight_language = "none"
default_role = "code"  # docstrings put names between single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
add_module_names = False
nitpicky = False

# `make links`: addresses on this machine are examples, and sites that refuse programs are not gone.
linkcheck_ignore = [r"https?://(localhost|127\.0\.0\.1)[:/]"]
linkcheck_retries = 3
linkcheck_timeout = 20
linkcheck_report_timeouts_as_broken = False
linkcheck_anchors = False  # most are made by scripts

html_theme = "furo"
html_title = "cognito-gate"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_domain_indices = False  # reference/api.md lists the few modules there are
html_show_sphinx = False
html_show_copyright = False
html_copy_source = True  # llms.txt leads to the Markdown of each page
html_favicon = "_static/gate.svg"
_MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, monospace'
_SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
_FONTS = {"font-stack": _SANS, "font-stack--monospace": _MONO}
# The colours are those of the gate's own pages (cognito_gate/templates/design.css).
html_theme_options = {
    "light_css_variables": {
        **_FONTS,
        "color-brand-primary": "#3f46c4",
        "color-brand-content": "#3f46c4",
        "color-brand-visited": "#3f46c4",
        "color-foreground-primary": "#171a21",
        "color-foreground-secondary": "#59606e",
        "color-background-secondary": "#f5f6f8",
        "color-background-border": "#e2e5ea",
    },
    "dark_css_variables": {
        "color-brand-primary": "#aab1ff",
        "color-brand-content": "#aab1ff",
        "color-brand-visited": "#aab1ff",
        "color-foreground-primary": "#eceef3",
        "color-foreground-secondary": "#abb2bf",
        "color-background-primary": "#0f1116",
        "color-background-secondary": "#181b22",
        "color-background-border": "#2a2f3a",
    },
}


def setup(app: Any) -> None:
    """Fill in what comes from the code, and write llms.txt beside the pages."""
    app.connect("source-read", fill_in)
    app.connect("build-finished", write_llms_txt)
