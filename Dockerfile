# The service, as a user without rights. `docker-compose.yml` shows it beside a FHIR server.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2

WORKDIR /app
# With tracing: docker build --build-arg REQUIREMENTS=requirements-tracing.txt .
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-tracing.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement "$REQUIREMENTS" \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cds \
    && install --directory --owner=cds --group=cds /data
COPY cards ./cards
COPY service ./service
COPY fhir_fixtures ./fhir_fixtures

USER cds
VOLUME /data
ENV BACLOFEN_CDS_DATABASE_URL=sqlite:////data/baclofen-cds.sqlite
EXPOSE 8080
# readyz asks the database and the value sets, not a site's FHIR server: its outage must not remove the container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
ENTRYPOINT ["python", "-m", "service"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
