# Aurora in one image: the bot, its engine and the bundled models. See docs/running.md.

# What is installed further down: one file, so that the image holds the models only once.
FROM python:3.11-slim AS package
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY engine engine
COPY training training
COPY dataset dataset
COPY migrations migrations
COPY bot bot
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim

# Processor builds of PyTorch are a tenth of the size; build with an empty TORCH_INDEX for CUDA.
ARG TORCH=torch==2.13.0
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

# hadolint ignore=DL3013
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$TORCH"

# The libraries before the program: they are fetched anew only when their versions change.
COPY pyproject.toml deploy/requirements.py /tmp/
RUN python /tmp/requirements.py /tmp/pyproject.toml postgres fleet > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt \
    && rm /tmp/requirements.txt
RUN --mount=type=bind,from=package,source=/wheels,target=/wheels pip install --no-deps /wheels/*.whl

# What a first start would make of models and packs is made here; a running container writes none.
ENV ENGINE_CACHE=/opt/aurora/cache
RUN python -m engine --prepare --device cpu

COPY deploy/healthcheck.py /opt/aurora/healthcheck.py
RUN useradd --system --create-home --uid 10001 aurora && install -d -o aurora -g aurora /data
USER 10001
WORKDIR /data
VOLUME /data

# A container's loopback is nobody else's: what is published has to be listened on everywhere.
ENV DATABASE_URL=sqlite:////data/aurora.db AURORA_TELEGRAM_WEBHOOK_HOST=0.0.0.0

HEALTHCHECK --start-period=120s --interval=30s --timeout=10s \
    CMD ["python", "/opt/aurora/healthcheck.py"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run", "--migrate"]
