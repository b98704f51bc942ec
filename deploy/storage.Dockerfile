# S3 on one machine, for a portal without a cloud. MinIO publishes no further images: where there is a cloud's storage
# (Aliyun OSS, AWS S3), use that and leave the services `storage` and `buckets` out (docs/deployment.md).
FROM minio/minio:RELEASE.2025-09-07T16-13-09Z
USER 0
RUN mkdir -p /data && chown 10002:10002 /data
USER 10002:10002
