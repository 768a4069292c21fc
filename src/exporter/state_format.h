/* What a state's document says it is. */
#ifndef EXPORTER_STATE_FORMAT_H
#define EXPORTER_STATE_FORMAT_H

#define STATE_FORMAT  "cloudwatch-logs-s3-exporter/state"
#define STATE_VERSION 1

#endif
