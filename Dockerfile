# LiveNet: docker build -t livenet . && docker run --rm -p 8000:8000 livenet
# With a GPU: docker build --build-arg JAX=cuda13 -t livenet-gpu . && docker run --gpus all ...

FROM python:3.13-slim

# Extra of JAX to install: empty for the CPU, cuda13 for an NVIDIA GPU.
ARG JAX=""

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/livenet

COPY requirements.txt requirements-slides.txt ./
RUN pip install -r requirements.txt ${JAX:+"jax[${JAX}]"}
RUN pip install --no-deps -r requirements-slides.txt

COPY app ./app
COPY engine ./engine
COPY lessons ./lessons
COPY static ./static
COPY templates ./templates
COPY LICENSE ./

RUN useradd --system --uid 10001 --create-home livenet
# Whoever a host runs the image as may write there, and to a volume that is made of it.
RUN mkdir -p /home/livenet/.cache/livenet && chmod -R a+rwX /home/livenet
USER livenet

# Compiled programs are kept here: mount a volume, and the next start is faster.
ENV HOST=0.0.0.0 \
    PORT=8000 \
    LIVENET_CACHE_DIR=/home/livenet/.cache/livenet

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]

STOPSIGNAL SIGTERM
CMD ["python", "-m", "app"]
