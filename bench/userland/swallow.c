/*
 * Takes the kernel out of a WebSocket server: whoever writes an unmasked text frame (first octet 0x81) to any
 * descriptor is told at once that all of it was written. Everything else goes through. Preloaded by the benchmark.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

enum { TEXT_FRAME = 0x81 };

static int is_frame(const void *octets, size_t length) {
  return length > 0 && *(const unsigned char *)octets == TEXT_FRAME;
}

ssize_t write(int fd, const void *octets, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  if (is_frame(octets, length)) return (ssize_t)length;
  if (real == NULL) real = dlsym(RTLD_NEXT, "write");
  return real(fd, octets, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  static ssize_t (*real)(int, const struct iovec *, int);
  if (count > 0 && is_frame(parts[0].iov_base, parts[0].iov_len)) {
    ssize_t length = 0;
    for (int i = 0; i < count; i++) length += (ssize_t)parts[i].iov_len;
    return length;
  }
  if (real == NULL) real = dlsym(RTLD_NEXT, "writev");
  return real(fd, parts, count);
}
