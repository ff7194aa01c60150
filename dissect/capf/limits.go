package capf

const (
	// maxElements bounds the elements kept of one message; the protocol knows
	// twenty.
	maxElements = 64

	// maxCertificates bounds the certificates of one message. A phone has an
	// LSC, a MIC and their issuers.
	maxCertificates = 16

	// maxText bounds names and texts; device names have up to 128 octets.
	maxText = 1 << 10

	// maxProblems bounds the problems kept of one message and of one session.
	maxProblems = 16
)
