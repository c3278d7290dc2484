# One image, for web servers, workers and `flask` commands alike: compose.yaml starts them all.
# The base is pinned by its contents, for a tag moves with each rebuild.
FROM python:3.13.16-slim-trixie@sha256:70729b46c69b4f1e97c4822c1af3df53a1476cf5ddc6c087c0c10bc3a5678c2f AS base

FROM base AS packages
COPY requirements/prod.txt /prod.txt
# The pins are complete, hashed, and wheels: nothing is resolved or built here, no compiler needed.
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --only-binary=:all: --no-deps --require-hashes -r /prod.txt

FROM base
# What the app writes is in this one folder; all else can be read-only.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin microblog \
    && install --directory --owner=microblog /var/lib/microblog
COPY --from=packages /venv /venv
WORKDIR /srv/microblog
COPY . .
RUN python -m compileall -q app deploy migrations wsgi.py
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    EXPORT_DIR=/var/lib/microblog/exports
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "deploy/healthy.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"]
