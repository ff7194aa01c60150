package trustlist

// Bounds. Reaching one is named in Problems.
const (
	// maxRecords is far above any real list: with 39 certificates an ITL is
	// over 64 kB and phones refuse it (Cisco security guides).
	maxRecords = 4096

	// maxFields bounds the TLVs kept of one header or record; the layouts
	// know 27 and 12 tags.
	maxFields = 64

	// maxProblems bounds the problems kept of one file.
	maxProblems = 64

	// maxKeysTried bounds the different keys that one Verify computes with. A
	// list holds its signer once or twice, --verify-with some hundreds; a
	// hostile list of thousands of large keys must not cost minutes.
	maxKeysTried = 512

	// maxQuote bounds how much of the input is quoted in one problem.
	maxQuote = 80

	// listingWindow is how far behind the last sure sign of a listing its text
	// may go on: a signature of 512 octets prints in about 2 kB, and the
	// published listings have up to 1.5 kB of prose between two tables.
	listingWindow = 8 << 10

	// listingLead is how far before the first sure sign it may begin: a
	// prompt and an empty line.
	listingLead = 256

	// maxRegion is the longest piece of text that is handed to the grammar at
	// once, which takes some hundred times the memory of its text. A longer
	// listing goes on in the next piece.
	maxRegion = 64 << 10

	// maxListingText bounds what of one text is handed to the grammar in all:
	// listings of 300 servers. More is named in the last listing's problems.
	maxListingText = 16 << 20

	// maxContinuation is how many lines one wrapped value may take: 512
	// octets of signature in rows of 8, each followed by an empty line.
	maxContinuation = 192

	// maxGap is how many lines without any item of a listing may lie inside
	// one. The published ones have up to twelve lines of prose.
	maxGap = 60
)
