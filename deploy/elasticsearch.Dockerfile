# Elasticsearch with the IK words that its neighbours expect. The portal itself cuts words in Python and needs no plug-in
# (docs/search-engines.md): leave this out and name the plain image where no other index of the cluster wants IK.
FROM docker.elastic.co/elasticsearch/elasticsearch:8.19.4
# The plug-in's version is the server's, to the digit, or the server does not start.
RUN bin/elasticsearch-plugin install --batch https://get.infini.cloud/elasticsearch/analysis-ik/8.19.4
USER 1000:0
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=5 \
    CMD curl --silent --fail http://localhost:9200/_cluster/health?local=true || exit 1
