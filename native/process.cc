// What JavaScript cannot do to its own process; lib/engine/process-addon.ts loads it.
#include <fcntl.h>
#ifdef __linux__
#include <malloc.h>
#endif
#include <node_api.h>
#include <unistd.h>

namespace {

// withStderrHidden(callback): calls back with the process's stderr pointed at /dev/null. TensorFlow 2.21 prints two lines
// from a static initialiser, before it has read TF_CPP_MIN_LOG_LEVEL, so no setting silences them.
napi_value WithStderrHidden(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value callback, undefined, result = nullptr;
  napi_get_cb_info(env, info, &count, &callback, nullptr, nullptr);
  napi_get_undefined(env, &undefined);

  const int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  // An exception of the callback stays pending and is thrown when this function returns.
  napi_call_function(env, undefined, callback, 0, nullptr, &result);
  if (kept >= 0) dup2(kept, STDERR_FILENO);
  if (kept >= 0) close(kept);
  if (nowhere >= 0) close(nowhere);
  return result;
}

// releaseFreedMemory(): gives memory that was freed back to the system. glibc keeps it in blocks too small to be mapped
// one by one, and a graph's variables leave over a hundred megabytes of those.
napi_value ReleaseFreedMemory(napi_env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return nullptr;
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

napi_value Init(napi_env env, napi_value exports) {
  Export(env, exports, "withStderrHidden", WithStderrHidden);
  Export(env, exports, "releaseFreedMemory", ReleaseFreedMemory);
  return exports;
}

}  // namespace

NAPI_MODULE(process_addon, Init)
