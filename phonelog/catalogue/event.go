package catalogue

// Clock is the time that a source gave to a record.
//
// Seconds counts from the Unix epoch when Dated. Without a date it counts from
// the midnight before the first record of the source and passes 86400 when the
// log runs over midnight. With month and day but no year (the Linux phones)
// YearUnknown is set and Seconds counts from January 1st of a year without a
// 29th of February.
type Clock struct {
	Dated       bool
	YearUnknown bool
	Local       bool // Dated, but printed without a zone: Seconds counts as if its local time were UTC
	Seconds     int64
	Nanos       int32
	Step        float64 // resolution in seconds: a stamp t stands for [t, t+Step)
	Boot        int     // restarts of the source (or joined captures) before this record, from 0
	Text        string  // as the source printed it
}

// Event is one record of a log that a pattern of the catalogue knows.
type Event struct {
	Line    int    // 1-based line where the record starts
	EndLine int    // last line of the record; equals Line for most
	Clock   *Clock // nil: the source gave no time
	Dialect string // phone-secd, phone-secureapp, phone-status, tvs-sdi, ...
	Name    string // from the closed list of event names
	Phone   string // device name (SEP and MAC) when this line or its session tells it
	Address string // the phone's IP address when the source tells it
	Server  string // the other side: ip or ip:port
	Process string
	Level   string
	Seq     int    // sequence number of the record, 0 when the dialect has none
	Text    string // the source's own words, the whole record
	Detail  map[string]string
}

// Summary is what a scan says about the whole input.
type Summary struct {
	Dialect  string // of most records
	Lines    int    // physical lines read
	Matched  int    // records that gave an event
	Ignored  int    // records that an ignore entry knows, comments and blank lines
	Unknown  int    // records or lines that nothing knows
	Samples  []Sample
	From, To *Clock
	Phone    string // the only phone this input speaks of, else ""
	Boots    int    // restarts seen
	// Detailed tells whether a server's trace was written at a level that shows
	// the single questions and requests. False: their absence proves nothing.
	// Nil: the source has no such levels, or holds no record.
	Detailed *bool
	SeqGaps  []Gap
	Problems []Problem
}

// Sample is a message that no pattern knows, with its numbers normalised.
type Sample struct {
	Line  int // first line where it stood
	Count int
	Text  string // the first one in its own words
}

// Gap is a hole in the sequence numbers: the records between were cut out, so
// that the absence of a message there proves nothing.
type Gap struct {
	FromSeq, ToSeq int // the numbers on both sides of the hole
	Line           int // line of ToSeq
}

// Problem is something that could not be read in full.
type Problem struct {
	Where string // "line 12"
	What  string
}
