/* A stand-in for NVIDIA's management library, for the real Python binding to load.
 * NVML_SCENARIO chooses how sick the driver is; -DOLD leaves out functions that old drivers lack.
 * Signatures and return codes are those of nvml.h. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, NOT_SUPPORTED = 3, NO_PERMISSION = 4, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15, MISMATCH = 18, UNKNOWN = 999 };

struct memory { unsigned long long total, free, used; };

static int scenario(const char *name) {
    const char *chosen = getenv("NVML_SCENARIO");
    return chosen && strcmp(chosen, name) == 0;
}

static void never_return(void) {
    for (;;) pause();
}

static unsigned index_of(void *device) { return (unsigned)(uintptr_t)device - 1; }

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    if (scenario("mismatch")) return MISMATCH;
    if (scenario("not_loaded")) return DRIVER_NOT_LOADED;
    if (scenario("forbidden")) return NO_PERMISSION;
    if (scenario("crash")) raise(SIGSEGV);
    if (scenario("hang")) never_return();
    if (scenario("stubborn")) {
        signal(SIGTERM, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        never_return();
    }
    if (scenario("chatty")) puts("warning: persistence mode is off\n{\"half\": ");
    return SUCCESS;
}

int nvmlShutdown(void) { return SUCCESS; }
const char *nvmlErrorString(int code) { (void)code; return "error"; }

int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    snprintf(version, length, "570.148.08");
    return SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = scenario("none") ? 0 : 2;
    return scenario("uncountable") ? UNKNOWN : SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    if (scenario("hang_at_second") && index == 1) never_return();
    if (scenario("lost") && index == 1) return GPU_IS_LOST;
    *device = (void *)(uintptr_t)(index + 1);
    return SUCCESS;
}

int nvmlDeviceGetName(void *device, char *name, unsigned length) {
    int mixed = scenario("mixed") && index_of(device) == 1;
    snprintf(name, length, mixed ? "NVIDIA A10G" : "NVIDIA H100 80GB HBM3");
    if (scenario("garbled")) memcpy(name, "\xff\xfe", 3);
    return SUCCESS;
}

int nvmlDeviceGetUUID(void *device, char *uuid, unsigned length) {
    snprintf(uuid, length, "GPU-%08u-0000-0000-0000-000000000000", index_of(device) + 7);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    if (scenario("half") && index_of(device) == 1) return UNKNOWN;
    if (scenario("unified")) return NOT_SUPPORTED;
    memory->total = scenario("mixed") && index_of(device) == 1 ? 24146608128ULL : 85520809984ULL;
    return SUCCESS;
}

#ifndef OLD
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    (void)device;
    *major = 9;
    *minor = 0;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
    *current = *pending = scenario("mig") && index_of(device) == 0;
    return scenario("no_mig") ? NOT_SUPPORTED : SUCCESS;
}
#endif
