package html

const (
	// DefaultMaxBytes is the size that ticket systems and mail gateways take,
	// and that browsers open without a pause. Phones that another phone stands
	// for are shown in full only up to half of it.
	DefaultMaxBytes = 10_000_000

	// maxRows bounds the evidence of one phone in the appendix; what is cited
	// or failed comes first. JSON holds the rest.
	maxRows = 300
	// maxBrief bounds the evidence of a phone that is shown in short.
	maxBrief = 24
	// maxSource bounds a source line in the appendix, in characters.
	maxSource = 400
	// maxMarks bounds the marks of a timeline picture, maxLadder the messages
	// of a ladder, maxRecords the records of a trust picture: beyond them a
	// picture stops being one, and the tables serve better.
	maxMarks   = 120
	maxLadder  = 28
	maxRecords = 24
	// maxPhones bounds the rows of the phones table; CSV lists them all.
	maxPhones = 10_000
	// maxInputs bounds the rows of each table about inputs, maxSamples the
	// unknown messages shown of one.
	maxInputs  = 500
	maxSamples = 5
	// maxData bounds the report's JSON inside the page. A larger one would
	// double the page for something that --format json gives as well.
	maxData = 64 << 10
)
