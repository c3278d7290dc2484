"""The app with Flask-RQ: `flask --app benchmarks.cases.flask_rq_app rq worker`."""

import os

from flask_rq import RQ

from app import create_app

app = create_app()
app.config["RQ_CONNECTION"] = os.environ["REDIS_URL"]
RQ(app)
