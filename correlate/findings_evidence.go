package correlate

// rulesEvidence are the findings on the evidence itself.
var rulesEvidence = []*Rule{
	{
		ID: "clock-skew", Title: "The sources' clocks differ",
		Sees:  "events look out of order",
		Says:  "The sources' clocks differ; times in the report are corrected.",
		Class: ClassNote, Frame: true, Stage: stageEvidence,
		Source: "measured from events that two sources saw",
	},
	{
		ID: "evidence-insufficient", Title: "The sources do not settle the question",
		Sees:  "the report says inconclusive",
		Says:  "The evidence does not settle the question; the report says what would.",
		Class: ClassInconclusive, Frame: true, Stage: stageEvidence,
		Source: "Cisco TechNote 118699, on what to collect",
	},
}
