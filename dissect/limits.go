package dissect

import "time"

// The caps of this package.
const (
	// maxTransfers bounds the transfers followed at a time. 5,000 phones that
	// boot together have about as many open; each costs some hundred octets.
	maxTransfers = 1 << 16

	// maxPerClient bounds the transfers of one client endpoint that are
	// followed at a time: to each of its servers, and those that linger.
	maxPerClient = 16

	// defaultMaxContent bounds what is kept of one transfer. Trust lists end
	// at 64 KiB, configurations below 256 KiB; firmware is larger, and of that
	// only the head matters.
	defaultMaxContent = 1 << 20

	// usualContent is what room is made for when a first block is full: most
	// trust lists and configurations are shorter.
	usualContent = 8 << 10

	// smallContent is a MaxContent below which content was not asked for: no
	// file of a phone is told by fewer octets, and notes about what is not kept
	// would stand at every transfer.
	smallContent = 16

	// keptHead is what stays of a transfer that outgrew its cap, or that found
	// no room: a list's header and its first records.
	keptHead = 4 << 10

	// defaultMaxHeld bounds the content of all transfers in flight together.
	defaultMaxHeld = 24 << 20

	// headReserve is the room beyond it for heads, so that full room costs
	// bodies before it costs signers.
	headReserve = 8 << 20

	// maxAhead bounds the blocks of one transfer that wait for a missing one:
	// a window of RFC 7440 in flight, some MiB at worst.
	maxAhead = 256

	// maxRuns bounds the runs of consecutive blocks that are told apart. Each
	// hole in a capture makes one more.
	maxRuns = 64

	// maxName bounds a file name, mode, option or error text; longer ones are
	// cut. RFC 2347 bounds a whole request to 512 octets.
	maxName = 512

	// maxOptions bounds the options of one request; four are defined.
	maxOptions = 16

	// maxNotes bounds Transfer.Notes.
	maxNotes = 8

	// transferIdle ends a transfer without packets. RFC 2349 allows timeouts
	// up to 255 seconds; phones retry within ten.
	transferIdle = 120 * time.Second

	// transferLinger is how long a finished transfer waits for late
	// retransmissions before it is handed over.
	transferLinger = 2 * time.Second

	// maxSums bounds the sums that are remembered, of 48 octets each.
	maxSums = 1024

	// maxHTTPHead bounds the head of one HTTP message. Phones send 70 octets,
	// servers 200.
	maxHTTPHead = 16 << 10

	// maxPipeline bounds the requests of one connection without an answer.
	maxPipeline = 64

	// maxObservations bounds what is said beside transfers and connections:
	// some ten for each of thousands of phones.
	maxObservations = 1 << 16

	// maxQuestions bounds the DNS queries, DHCP requests and SIP requests that
	// wait for their answer.
	maxQuestions = 1 << 13

	// maxUnnamed bounds what 802.1X said of MAC addresses that no phone has
	// claimed yet: ports of a switch that boot together.
	maxUnnamed = 1 << 12

	// answerTime is what a question must have had at the end of the capture to
	// count as not answered: resolvers and DHCP clients ask again within it.
	answerTime = 5 * time.Second

	// maxParams bounds the parameters of one alarm.
	maxParams = 32
)
