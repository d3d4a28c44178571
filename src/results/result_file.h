/* result_file: names that writer and reader of the result file share. */
#ifndef HR_RESULTS_RESULT_FILE_H
#define HR_RESULTS_RESULT_FILE_H

/* Raised when a reader of the older layout would misread the newer one. */
#define HR_FORMAT_VERSION 1
#define HR_FORMAT_NAME    "headroom_format_version"
#define HR_IDENTITY_NAME  "study_identity"

typedef enum hr_effort {
    HR_EFFORT_REPLICATIONS,
    HR_EFFORT_LOOK,
    HR_EFFORT_STOPPED,
    HR_N_EFFORTS
} hr_effort;

typedef struct hr_effort_row {
    const char *path, *doc;
} hr_effort_row;
extern const hr_effort_row hr_effort_rows[HR_N_EFFORTS];

#endif
