package view

// Caps on what the writers for people show. JSON is never cut. Every text that
// is cut ends in the size that it had.
const (
	// MaxName bounds names of phones, inputs, files and the like, in
	// characters. The longest real ones, archive members in nested archives,
	// stay under it.
	MaxName = 160
	// MaxText bounds sentences and source lines, in characters. Hex dumps and
	// HTTP answers logged on one line are longer and tell nothing more.
	MaxText = 1200
	// maxMarks bounds the combining marks in a row that are drawn as such:
	// real scripts need no more, and stacks of them paint over other lines.
	maxMarks = 3
)
