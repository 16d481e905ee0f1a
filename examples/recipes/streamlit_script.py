"""What Streamlit runs for each visitor: see streamlit_app.py."""
# mypy: disable-error-code="import-not-found, no-any-unimported"

from urllib.parse import unquote

import streamlit as st


def main() -> None:
    headers = st.context.headers
    username = unquote(headers.get("X-User", ""))
    groups = [unquote(name) for name in headers.get("X-Groups", "").split(",")]
    st.title(f"Hello, {username}.")
    if "admin" in groups:
        st.write("Only the group admin reads this.")
    # A form would be fetched by script; a link to the gate's route is a page of its own.
    st.link_button("Sign out", "/auth/logout")


main()
