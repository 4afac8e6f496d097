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

# The bundled models need no PyTorch. A GPU, and models of others, do: EXTRAS="postgres fleet torch".
ARG EXTRAS="postgres fleet"
# What serves PyTorch then: empty for the CUDA build; …/whl/cpu has builds a tenth of the size.
ARG TORCH=torch==2.13.0
ARG TORCH_INDEX=

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

RUN case " $EXTRAS " in *" torch "*) \
    pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$TORCH" ;; esac

# The libraries before the program: they are fetched anew only when their versions change.
# hadolint ignore=SC2086
RUN --mount=type=bind,source=pyproject.toml,target=/source/pyproject.toml \
    --mount=type=bind,source=deploy/requirements.py,target=/source/requirements.py \
    python /source/requirements.py /source/pyproject.toml $EXTRAS > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt \
    && rm /tmp/requirements.txt
RUN --mount=type=bind,from=package,source=/wheels,target=/wheels pip install --no-deps /wheels/*.whl

# What a first start would make of models and packs is made here; a running container writes none.
ENV ENGINE_CACHE=/opt/aurora/cache
RUN python -m engine --prepare --device cpu

# Whatever its mode in the checkout is, the bot's user has to read it.
COPY --chmod=644 deploy/healthcheck.py /opt/aurora/healthcheck.py
RUN useradd --create-home --uid 10001 aurora && install -d -o aurora -g aurora /data
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
