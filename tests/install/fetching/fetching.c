/* Two clients in one program: one of the project's, one generated from its model here. */
#include <journal/journal.h>
#include <s3/s3.h>

int main(void) {
    smithy_call *call = smithy_call_create(NULL);
    journal_put_log_events_output written;
    s3_head_bucket_output head;
    journal_client *journal = journal_client_create(&(journal_client_options){.region = SMITHY_STR("eu-west-1")}, call);
    s3_client *s3 = s3_client_create(&(s3_client_options){.region = SMITHY_STR("eu-west-1")}, call);
    int wrong = !journal || !s3;
    /* Both look at their input before they reach out: required members are missing. */
    if (!wrong) {
        wrong +=
            journal_put_log_events(journal, &(journal_put_log_events_input){0}, &written, call) != SMITHY_ERROR_INPUT;
        wrong += s3_head_bucket(s3, &(s3_head_bucket_input){0}, &head, call) != SMITHY_ERROR_INPUT;
    }
    s3_client_destroy(s3);
    journal_client_destroy(journal);
    smithy_call_destroy(call);
    return wrong;
}
