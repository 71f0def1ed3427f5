/**
 * Body of one frame; large enough for 64 well-filled blocks of 256 KiB. A longer one is refused
 * before anything of its claimed size is allocated.
 */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024;

/** Bytes of the length prefix in front of every frame body: u32, big-endian. */
export const LENGTH_PREFIX_BYTES = 4;
