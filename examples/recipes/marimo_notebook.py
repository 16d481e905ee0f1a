"""A notebook that greets its visitor: see marimo_app.py."""
# mypy: disable-error-code="import-not-found, no-any-unimported, untyped-decorator"

import marimo

app = marimo.App()


@app.cell
def greeting() -> None:
    import marimo as mo  # noqa: PLC0415 - cells import what they use

    request = mo.app_meta().request
    secret = "Only the group admin reads this." if "admin" in request.meta["groups"] else ""
    mo.md(f"# Hello, {request.user['display_name']}. {secret}")


if __name__ == "__main__":
    app.run()
