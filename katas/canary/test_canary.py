import app


def test_canary():
    assert not hasattr(app, "CANARY"), app.CANARY
