# Does what `make run` does, in a small image: no build tools in the last stage, no root.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot ./bot
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt . \
    && /venv/bin/pip uninstall -y hoi-dap-bau-cu pip

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app bot && install -d -o bot /app /app/data
WORKDIR /app
COPY --from=build /venv /venv
COPY --chown=root:root bot ./bot
COPY --chown=bot:bot knowledge ./knowledge
# Whom it runs as may not write beside the program: every start would compile it anew, for seconds.
RUN python -m compileall -q bot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 BOT_HOST=0.0.0.0 BOT_PORT=8080
USER bot
# The first start finds what this leaves in data/kept, as later ones find what an earlier one left.
RUN python -m bot ask "bao nhieu tuoi duoc bau cu"
VOLUME ["/app/data", "/app/knowledge"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['BOT_PORT']}/healthz\", timeout=4)"]
CMD ["python", "-m", "bot", "serve"]
