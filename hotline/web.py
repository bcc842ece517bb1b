"""What every page shares: security headers, error pages, times and words as people here write them."""

from datetime import datetime, timedelta

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, HTTPException

from handling.clock import SHANGHAI
from handling.public_words import without_numbers

# Scripts, styles and sound from here alone. blob: is the simulator's microphone recording.
POLICY = (
    "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: the CSRF check of https pages compares the referrer.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

# Status: what happened, what to do.
ERRORS = {
    400: ("没看懂这次提交", "请返回上一页，检查填写的内容后再试一次。"),
    401: ("请先登录", "请登录后再打开这一页。"),
    403: ("您的身份不能看这一页", "需要的话，请联系管理员为您开通，或换一个账号登录。"),
    404: ("没有找到这一页", "网址可能写错了，或者内容已经不在。请从上面的菜单重新进入。"),
    405: ("这个网址不能这样打开", "请从菜单重新进入。"),
    409: ("别人刚刚改过", "这件事在您打开以后已经有了变化，您的操作没有保存。请返回刷新，看过新情况再办。"),
    413: ("文件太大", "请换一个小一点的文件再试。"),
    429: ("试的次数太多了", "为了安全，请过几分钟再试。忘记密码请找管理员重设。"),
    500: ("系统出了点问题", "已经记录下来。请稍等一会儿再试；还是不行，请告诉管理员。"),
}

EXPIRED = ("页面放得太久了", "为了安全，这次提交没有保存。请返回上一页，刷新后再提交一次。")


def secure(app: Flask) -> None:
    """Headers on every answer, error pages in Chinese, and the words that templates use."""
    # A volunteer may keep a page open all morning: the token lives as long as the login.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=12)
    # Sound that is still arriving at the logout would otherwise bring the session's cookie back.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(StaleDataError, _stale_page)
    app.jinja_env.filters.update(
        moment=moment, day=day, iso=iso, paragraphs=paragraphs, without_numbers=without_numbers
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def shanghai(time: datetime) -> datetime:
    return time.astimezone(SHANGHAI)


def moment(time: datetime | None) -> str:
    """11月23日 16:05, with the year when it is not this one."""
    if time is None:
        return ""
    local = shanghai(time)
    this_year = shanghai(current_app.extensions["hotline"].clock.now()).year
    year = "" if local.year == this_year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def day(time: datetime | None) -> str:
    return moment(time).split(" ")[0]


def iso(time: datetime | None) -> str:
    return "" if time is None else shanghai(time).isoformat(timespec="seconds")


def paragraphs(text: str) -> Markup:
    """Text that people typed, with their line breaks."""
    return Markup("<br>").join(escape(line) for line in text.strip().splitlines())


def wants_page() -> bool:
    """A browser that shows pages says so by name; carriers and scripts send */*."""
    return "text/html" in request.accept_mimetypes.values()


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith("/desk"):
        # Voices and numbers of residents must not stay in the cache of a shared computer.
        response.headers["Cache-Control"] = "no-store"
    return response


def _error_page(error: HTTPException) -> tuple[str, int] | HTTPException:
    # Redirects that Werkzeug raises are answers, not errors.
    if error.code is None or error.code < 400 or not wants_page():
        return error
    title, advice = ERRORS.get(error.code, ERRORS[400 if error.code < 500 else 500])
    if isinstance(error, CSRFError):
        title, advice = EXPIRED
    elif isinstance(error, Conflict) and error.description != Conflict.description:
        advice = error.description or advice
    return render_template("error.html", code=error.code, title=title, advice=advice), error.code


def _stale_page(_error: StaleDataError) -> tuple[str, int] | HTTPException:
    return _error_page(Conflict())
