package intake

import "time"

// Bounds on what an archive may make us do. Each that bites is a Problem.
const (
	// maxDepth is how many archives may stand one in another, gzip included:
	// a support case holds a bundle of bundles with .gz in it, which is four.
	maxDepth = 6

	// maxMembers is how many members of one archive are looked at: an RTMT
	// collection of a large cluster over days holds some ten thousand files.
	maxMembers = 200_000

	// maxFiles is how many files are taken from folders, against a path like
	// "/" given by mistake.
	maxFiles = 1_000_000

	// unpackRatio and unpackGrace bound the bytes that all levels of one
	// file on disk unpack to: grace + ratio x its size. Traces shrink 10 to
	// 50 times; gzip and zip reach at most 1,032 in one level.
	unpackRatio = 100
	unpackGrace = 512 << 20

	// deflateRatio and deflateGrace bound what gzip can unpack to, by the format
	// itself: 258 bytes from 2 bits. A compressed member of a zip gets that much
	// of the above before it is read, and what it did not need comes back.
	deflateRatio = 1032
	deflateGrace = 64 << 10

	// spoolMemory is how much of a zip inside another archive is held in
	// memory; a larger one goes to a temporary file, of at most maxSpool.
	spoolMemory = 8 << 20
	maxSpool    = 8 << 30

	// memberMemory is how much of a member that can be read only once is held,
	// so that the next can be looked at while it is decoded. A larger one is
	// read through while the archive waits.
	memberMemory = 4 << 20

	// captureMemory is the same for a capture that comes through a pipe: nothing
	// stands behind it, and it is read once anyway.
	captureMemory = 64 << 10

	// packedMember is how large a member of a stream may be to be held compressed
	// in search of a rotated trace: what services write is bounded by megabytes.
	packedMember = 256 << 20

	// seriesMemory is how much of the members of a stream is held in search of
	// a rotated capture or trace; larger ones count compressed.
	seriesMemory = 32 << 20

	// maxParts is how many files one rotated capture or trace may have: each is looked
	// at before the first is read.
	maxParts = 4096

	// traceHead is how much of a part of a rotated trace is looked at to
	// recognise its dialect. A trace may go on in the middle of a dump.
	traceHead = 64 << 10

	// maxApart is how far the first packets of two files named after their
	// time may lie apart to be neighbours of one series.
	maxApart = 24 * time.Hour

	// peekLen is what is looked at to recognise an archive: a tar header of
	// 512 bytes, also when it comes out of gzip.
	peekLen = 4 << 10
)
