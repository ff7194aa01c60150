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

	// maxQuote bounds how much of the input is quoted in one problem.
	maxQuote = 80
)
