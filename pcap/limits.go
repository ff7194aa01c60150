package pcap

// Bounds on what a capture can make us hold. One that bites is told in
// Summary.Problems; none changes a frame number.
const (
	// chunkSize is how much is read at once: large enough that a read call
	// costs nothing, small enough that a few chunks stay in the cache.
	chunkSize = 512 << 10
	// chunkHead is kept free before each chunk, so that a packet that lies
	// across two chunks is completed by copying its beginning only.
	chunkHead = 72 << 10
	// chunkAhead is the number of chunks that reading may be ahead of decoding.
	chunkAhead = 4

	// usualFrame is the largest packet that capture tools write without being
	// told to (libpcap's MAXIMUM_SNAPLEN); a length above it and above the
	// file's own snap length is damage.
	usualFrame = 256 << 10
	// maxFrame is the most that even a large snap length is believed.
	maxFrame = 16 << 20
	// maxBlock is the longest pcapng block that is held at once. Longer ones
	// are no packets and are skipped unread.
	maxBlock = maxFrame + 64<<10

	// maxMissing is what the length on the wire is believed to add to a frame
	// whose IP length is 0, as segmentation offload leaves it.
	maxMissing = 1 << 20

	// maxInterfaces is the number of pcapng interfaces of one section.
	maxInterfaces = 4096
	// maxNesting is the number of layers in one frame: no real tunnel comes near.
	maxNesting = 24

	// maxProblems is the number of different problems told for one file.
	maxProblems = 200
	// maxNotes is the number of comments and names kept of a pcapng file.
	maxNotes = 64
	// maxNoteLen cuts one of them.
	maxNoteLen = 512

	// maxConversations bounds the table behind the TCP stream numbers: 32
	// bytes each.
	maxConversations = 1 << 20
	// maxAddresses6 bounds the numbers given to IPv6 addresses.
	maxAddresses6 = 1 << 18

	// maxOpen is the number of wanted TCP connections followed at a time.
	maxOpen = 1 << 15
	// maxClosing is the number of closed connections kept for late segments.
	maxClosing = 1 << 12
	// closingTime is how long they are kept, in nanoseconds of capture time:
	// well over a retransmission, well under the reuse of a port.
	closingTime = 10e9
	// maxSyns is the number of SYNs remembered of one connection.
	maxSyns = 256

	// maxPending is what one direction holds back behind a gap: the largest
	// window without scaling is 64 KiB, capture tools reorder far less.
	maxPending = 256 << 10
	// maxPieces is the number of segments that it can be in.
	maxPieces = 1 << 10
	// maxPendingAll is the same for all connections together.
	maxPendingAll = 16 << 20
	// gapPackets and gapTime are how long a gap that the receiver has
	// acknowledged is kept open for a packet that was captured late.
	gapPackets = 16
	gapTime    = 200e6

	// copyTime is the longest delay of a copy of a packet that a span port or
	// a second capture interface adds, in nanoseconds.
	copyTime = 10e6
	// copySlots is the number of packets remembered to find copies of.
	copySlots = 1 << 12

	// maxFragmented is the number of datagrams under reassembly, maxFragments
	// the number of fragments of one, maxFragmentBytes the memory of all.
	maxFragmented    = 1 << 10
	maxFragments     = 1 << 10
	maxFragmentBytes = 8 << 20
	// fragmentTime is how long a datagram waits for its fragments, in
	// nanoseconds (RFC 8200 section 4.5).
	fragmentTime = 60e9
	// fragmentReuse is how long fragments of a datagram that is done are taken
	// for copies.
	fragmentReuse = 1e9

	// pairSlots is the number of pairs of hosts counted at a time: 160 KiB.
	pairSlots = 1 << 12
	// maxHosts and maxServices bound the coverage, maxOneWay the pairs of
	// hosts of which one direction is missing.
	maxHosts    = 1 << 16
	maxServices = 1 << 14
	maxOneWay   = 1 << 10
)
