"""What people do on the pages of the demonstration, in a browser."""

from playwright.sync_api import Page, expect


def sign_in(page: Page, demonstration, username: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{demonstration.url}/desk/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", demonstration.password(username))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("退出")).to_be_visible()


def act(page: Page, action: str, **fields: str) -> None:
    """Fill the form of one action on the case page and send it."""
    details = page.locator(f"details#{action}")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    for name, value in fields.items():
        field = details.locator(f"[name={name}]")
        if field.first.get_attribute("type") == "radio":
            details.locator(f"[name={name}][value='{value}']").check()
        elif field.evaluate("e => e.tagName") == "SELECT":
            option = field.locator("option", has_text=value).first
            field.select_option(value=option.get_attribute("value"))
        else:
            field.fill(value)
    with page.expect_navigation():
        details.locator("button.primary").click()
