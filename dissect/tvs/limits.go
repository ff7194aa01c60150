package tvs

const (
	// maxElements bounds the elements kept of one message. The largest
	// published message has four, the protocol knows nine.
	maxElements = 64

	// maxText bounds names: the longest distinguished names of certificates
	// have some hundreds of octets.
	maxText = 4 << 10

	// maxSerial bounds serial numbers; RFC 5280 allows 20 octets.
	maxSerial = 64

	// maxProblems bounds the problems kept of one message.
	maxProblems = 16
)
