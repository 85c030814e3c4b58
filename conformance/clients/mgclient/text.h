#include <mgclient.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C"
#endif
// text_of writes a value in the notation of the scenario, cut at size.
void text_of(const mg_value *v, char *out, size_t size);
