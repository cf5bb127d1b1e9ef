#include <curl/curl.h>

// Swift can't call variadic functions: one function for each sort of option.

static inline CURLcode trine_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode trine_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode trine_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode trine_curl_set_headers(CURL *handle, const struct curl_slist *list) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
}

// Copies the bytes, as many as CURLOPT_POSTFIELDSIZE_LARGE says.
static inline CURLcode trine_curl_set_body(CURL *handle, const void *bytes) {
    return curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLcode trine_curl_on_request(
    CURL *handle, curl_prereq_callback callback, void *context) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
    return result ? result : curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

static inline CURLcode trine_curl_on_answer(
    CURL *handle, curl_write_callback callback, void *context) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
    return result ? result : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode trine_curl_on_progress(CURL *handle, curl_xferinfo_callback callback) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
    return result ? result : curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

static inline long trine_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// NULL where the answer has none; libcurl owns it until the next request.
static inline const char *trine_curl_content_type(CURL *handle) {
    const char *text = NULL;
    curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &text);
    return text;
}
