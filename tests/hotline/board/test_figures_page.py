"""“办得怎么样”: what the community reaches of its goals, without anybody's case or name."""

from models import Rating
from tests.hotline.desk.conftest import Browser, Desk
from tests.hotline.desk.deeds import publish


def test_everybody_sees_the_figures_with_goals_and_lights(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    desk.act(number, "liu", "close")
    with desk.database.write() as session:
        case = desk.find(session, number)
        session.add(Rating(suggestion=case, requested_at=desk.clock.now(), score=2, rated_at=desk.clock.now()))
    browser = Browser(desk.app)
    assert "/board/figures" in browser.get("/board/").text
    page = browser.get("/board/figures").text
    done = page.split("<h2>办结率</h2>")[1].split("</li>")[0]
    assert "100%" in done
    assert "目标 90%" in done
    assert "✔</span> 绿灯" in done
    assert "✖</span> 红灯" in page.split("<h2>满意率</h2>")[1].split("</li>")[0]
    assert "王芳" not in page
    assert f"{number}" not in page


def test_with_nothing_to_count_it_says_so(desk: Desk) -> None:
    page = Browser(desk.app).get("/board/figures").text
    assert "收到 0 件" in page
    assert "红灯</span>" not in page
