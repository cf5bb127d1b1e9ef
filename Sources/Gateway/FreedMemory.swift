#if canImport(Glibc)
    import CAllocator
#endif

/// Memory that requests give back.
enum FreedMemory {
    /// Keeps up to some dozens of megabytes for the next requests: under load the system would get pages
    /// back and forth many times a second, and clear each of them. What is large goes back at once. Each heap
    /// keeps what it has free for itself, so there are no more heaps than threads that are often busy.
    static func keep() {
        #if canImport(Glibc)
            _ = mallopt(M_TRIM_THRESHOLD, 32 << 20)
            _ = mallopt(M_ARENA_MAX, 8)
            _ = mallopt(M_MMAP_THRESHOLD, 4 << 20)
            _ = mallopt(M_TOP_PAD, 1 << 20)
        #endif
    }
}
