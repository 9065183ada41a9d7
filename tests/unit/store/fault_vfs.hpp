#pragma once
#include <atomic>

namespace omniroute::store {

/// A VFS over the default one whose disk can be told to fail. Registered once a process under the name "fault".
struct FaultVfs {
  static const char* name();
  static std::atomic<bool> fail_sync;   ///< fsync answers EIO
  static std::atomic<bool> fail_write;  ///< write answers ENOSPC
  static std::atomic<int> syncs;        ///< how often fsync was asked for
};

}  // namespace omniroute::store
