package register

const (
	// maxSCCP is the largest SCCP message that is believed. The largest known,
	// an enhanced alarm, has about 2100 octets.
	maxSCCP = 64 << 10

	// maxKept is how much of one SCCP message is gathered for decoding.
	maxKept = 8 << 10

	// maxHead bounds the head of a SIP message: phones send up to about 2 kB,
	// and CUCM takes 11 kB in all by default.
	maxHead = 16 << 10

	// maxBody bounds what is kept of a SIP body for its alarms, which have
	// some hundreds of octets.
	maxBody = 16 << 10

	// maxContentLength is the largest body that is believed. One that claims
	// more would swallow a stream.
	maxContentLength = 1 << 20

	// maxHeaders bounds the header lines of one message; real ones have 30.
	maxHeaders = 256

	// maxText bounds one value that is kept.
	maxText = 1 << 10

	// maxAlarms bounds the alarms of one body; phones send one.
	maxAlarms = 8

	// maxProblems bounds the problems kept of one message and of one stream.
	maxProblems = 16
)
