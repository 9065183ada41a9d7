#include "fault_vfs.hpp"

#include <sqlite3.h>

namespace omniroute::store {

std::atomic<bool> FaultVfs::fail_sync{false};
std::atomic<bool> FaultVfs::fail_write{false};
std::atomic<int> FaultVfs::syncs{0};

namespace {

/// Our file, followed in memory by the real one.
struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real; }

int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
int read(sqlite3_file* f, void* into, int size, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), into, size, at); }
int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (FaultVfs::fail_write) return SQLITE_FULL;
  return real(f)->pMethods->xWrite(real(f), from, size, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); }
int sync(sqlite3_file* f, int flags) {
  ++FaultVfs::syncs;
  if (FaultVfs::fail_sync) return SQLITE_IOERR_FSYNC;
  return real(f)->pMethods->xSync(real(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); }
int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_reserved(sqlite3_file* f, int* held) { return real(f)->pMethods->xCheckReservedLock(real(f), held); }
int control(sqlite3_file* f, int op, void* argument) { return real(f)->pMethods->xFileControl(real(f), op, argument); }
int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** memory) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, memory);
}
int shm_lock(sqlite3_file* f, int offset, int count, int flags) { return real(f)->pMethods->xShmLock(real(f), offset, count, flags); }
void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

constexpr int methods_version = 2;  // with shared memory, without memory-mapped pages
const sqlite3_io_methods methods{methods_version, close,          read,    write,       truncate,        sync,    file_size, lock,
                                 unlock,          check_reserved, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
                                 shm_unmap,       nullptr,        nullptr};

int open(sqlite3_vfs*, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);  // ours is never the default one
  auto* ours = reinterpret_cast<FaultFile*>(file);
  ours->real = reinterpret_cast<sqlite3_file*>(ours + 1);
  const int code = real_vfs->xOpen(real_vfs, path, ours->real, flags, out_flags);
  ours->base.pMethods = ours->real->pMethods == nullptr ? nullptr : &methods;
  return code;
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *base;  // the other methods do not look at the VFS they are called through
  vfs.pNext = nullptr;
  vfs.zName = "fault";
  vfs.szOsFile = base->szOsFile + static_cast<int>(sizeof(FaultFile));
  vfs.xOpen = open;
  return vfs;
}

}  // namespace

const char* FaultVfs::name() {
  static sqlite3_vfs vfs = make_vfs();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? vfs.zName : nullptr;
}

}  // namespace omniroute::store
