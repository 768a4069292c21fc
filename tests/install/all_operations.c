/* Holds every operation of the client, to compare sizes with. */
#include <logs/logs.h>

typedef void any_function(void);

int main(void) {
    static any_function *const volatile all[] = {
        (any_function *)logs_client_create,       (any_function *)logs_cancel_export_task,
        (any_function *)logs_create_export_task,  (any_function *)logs_create_log_group,
        (any_function *)logs_create_log_stream,   (any_function *)logs_describe_export_tasks,
        (any_function *)logs_describe_log_groups, (any_function *)logs_describe_log_streams,
        (any_function *)logs_put_log_events,
    };
    return all[0] == NULL;
}
