//! Is it well said? CSV, NDJSON and Segment-spec messages become typed drafts, with data-quality issues beside them.
