package hints

const (
	// maxText bounds one text that is kept. CUCM's syslog messages have up to
	// 800 octets, LLDP texts 255.
	maxText = 2 << 10

	// maxAddresses bounds a list of addresses; options and TLVs of real ones
	// have up to four.
	maxAddresses = 32

	// maxRecords bounds the questions and the answers of one DNS message.
	maxRecords = 64

	// maxName bounds a domain name in octets, by RFC 1035 section 2.3.4.
	maxName = 255

	// maxParams bounds the parameters of one alarm; CUCM's have up to 20.
	maxParams = 64

	// maxProblems bounds the problems kept of one message.
	maxProblems = 16
)
