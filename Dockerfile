# The image of web, worker and scheduler; docker-compose.yml says which of them a container is.
FROM python:3.13-slim-bookworm

# WeasyPrint's libraries. A font must be installed: without one it can crash on a character that our own fonts lack.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps --requirement requirements/base.txt

COPY . .

# Static files are part of the image; the addresses and the key are placeholders that this one command never uses.
RUN HMISLEAD_STATE=/state SECRET_KEY=build-time-only DATABASE_URL=postgresql://none@none/none REDIS_URL=redis://none \
        python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --system --uid 10001 hmislead \
    && mkdir -p /state/files /state/mail \
    && chown hmislead /state/files /state/mail

USER hmislead
ENV HMISLEAD_STATE=/state
EXPOSE 8000
CMD ["gunicorn", "hmislead.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--graceful-timeout", "30", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
