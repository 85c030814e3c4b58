package main

import (
	"context"
	"slices"
	"strings"
	"time"
)

// fresh is how long names from the server are used before they are asked for
// again.
const fresh = 10 * time.Second

// patience bounds the questions that one press of Tab asks.
const patience = 2 * time.Second

// A candidate is a text that may stand in place of the word at the cursor.
type candidate struct{ text, group string }

// The groups of candidates.
const (
	groupKeywords   = "keywords"
	groupFunctions  = "functions"
	groupProcedures = "procedures"
	groupLabels     = "labels"
	groupTypes      = "types"
	groupKeys       = "property keys"
	groupParams     = "parameters"
	groupCommands   = "commands"
)

// names completes with what the server knows.
type names struct {
	client *client
	cache  map[string]answer // by group
}

type answer struct {
	names []string
	at    time.Time
}

// questions are the statements that list the names of a group; a server that
// does not know one is asked the next.
func questions(group string) []string {
	switch group {
	case groupLabels:
		return []string{"CALL db.labels() YIELD label RETURN label", "MATCH (n) UNWIND labels(n) AS l RETURN DISTINCT l LIMIT 500"}
	case groupTypes:
		return []string{"CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType", "MATCH ()-[r]->() RETURN DISTINCT type(r) LIMIT 500"}
	case groupKeys:
		return []string{"CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey"}
	case groupFunctions:
		return []string{"SHOW FUNCTIONS YIELD name RETURN name", "CALL mg.functions() YIELD name RETURN name"}
	case groupProcedures:
		return []string{"SHOW PROCEDURES YIELD name RETURN name", "CALL mg.procedures() YIELD name RETURN name"}
	}
	return nil
}

// of returns the names of a group.
func (n *names) of(ctx context.Context, group string) []string {
	if a, ok := n.cache[group]; ok && time.Since(a.at) < fresh {
		return a.names
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var list []string
	for _, text := range questions(group) {
		rows, err := n.client.rows(ctx, text, nil)
		if err != nil {
			continue
		}
		for _, row := range rows {
			if name, ok := row.Values[0].(string); ok {
				list = append(list, name)
			}
		}
		break
	}
	if n.cache == nil {
		n.cache = make(map[string]answer)
	}
	n.cache[group] = answer{list, time.Now()}
	return list
}

// complete returns the candidates for the word at the end of text.
func (n *names) complete(ctx context.Context, text string) []candidate {
	at := wordStart(text)
	before, word := text[:at], text[at:]
	if strings.HasPrefix(strings.TrimSpace(text), ":") && !strings.Contains(strings.TrimSpace(text), " ") {
		return matching(commandNames(), word, groupCommands)
	}
	switch groupAt(before) {
	case groupLabels:
		return matching(quotedNames(n.of(ctx, groupLabels)), word, groupLabels)
	case groupTypes:
		return matching(quotedNames(n.of(ctx, groupTypes)), word, groupTypes)
	case groupKeys:
		return matching(quotedNames(n.of(ctx, groupKeys)), word, groupKeys)
	case groupParams:
		return matching(sortedKeys(n.client.params), word, groupParams)
	case groupProcedures:
		return matching(n.of(ctx, groupProcedures), word, groupProcedures)
	}
	if word == "" {
		return nil
	}
	found := matching(keywords(), word, groupKeywords)
	functions := n.of(ctx, groupFunctions)
	for i, name := range functions {
		functions[i] = strings.TrimSuffix(name, "(") + "("
	}
	return append(found, matching(functions, word, groupFunctions)...)
}

// groupAt says what can follow text; "" is a keyword or a function.
func groupAt(text string) string {
	trimmed := strings.TrimRight(text, " \t\n")
	switch {
	case strings.HasSuffix(text, "$"):
		return groupParams
	case strings.HasSuffix(trimmed, "|") || strings.HasSuffix(trimmed, ":") || strings.HasSuffix(trimmed, "&"):
		if strings.LastIndexByte(trimmed, '[') > strings.LastIndexAny(trimmed, "(){") {
			return groupTypes
		}
		return groupLabels
	case strings.HasSuffix(text, "."):
		fields := strings.Fields(text)
		if len(fields) > 1 && strings.EqualFold(fields[len(fields)-2], "CALL") {
			return groupProcedures
		}
		return groupKeys
	}
	fields := strings.Fields(text)
	if len(fields) > 0 && strings.EqualFold(fields[len(fields)-1], "CALL") {
		return groupProcedures
	}
	return ""
}

// wordStart is the offset of the word that text ends with. The name of a
// procedure is one word with its dots.
func wordStart(text string) int {
	inWord := func(r rune) bool {
		return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7F
	}
	at := len(strings.TrimRightFunc(text, inWord))
	if at == 1 && text[0] == ':' { // a command
		return 0
	}
	dotted := len(strings.TrimRightFunc(text, func(r rune) bool { return r == '.' || inWord(r) }))
	if fields := strings.Fields(text[:dotted]); len(fields) > 0 && strings.EqualFold(fields[len(fields)-1], "CALL") {
		return dotted
	}
	return at
}

// matching keeps the names that begin with a prefix, in any case.
func matching(list []string, prefix, group string) []candidate {
	var found []candidate
	for _, name := range list {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			found = append(found, candidate{name, group})
		}
	}
	slices.SortFunc(found, func(a, b candidate) int { return strings.Compare(a.text, b.text) })
	return found
}

func quotedNames(list []string) []string {
	out := make([]string, len(list))
	for i, name := range list {
		out[i] = string(appendName(nil, name))
	}
	return out
}

func commandNames() []string {
	var list []string
	for _, c := range commands() {
		list = append(list, c.names[0])
	}
	return list
}

// keywords are the words that the shell completes and colours.
func keywords() []string {
	return strings.Fields(`ADD ALL ALTER AND ANY AS ASC ASSERT BY CALL CASE COLLECT CONCURRENT
		CONSTRAINT CONSTRAINTS CONTAINS COUNT CREATE CSV DATABASE DATABASES DELETE DESC DETACH
		DISTINCT DROP DUMP ELSE END ENDS EXISTS EXPLAIN FALSE FIELDTERMINATOR FILTER FINISH FOR
		FOREACH FROM FUNCTIONS GRANT HEADERS IF IN INDEX INDEXES INFO INSERT IS KEY LABELS LET
		LIMIT LOAD MATCH MERGE NEXT NODE NONE NOT NULL OF OFFSET ON OPTIONAL OR ORDER PRIVILEGES
		PROCEDURES PROFILE REDUCE RELATIONSHIP REMOVE RENAME REPLACE REQUIRE RETURN REVOKE ROLE
		ROLES ROWS SET SHORTEST SHOW SINGLE SKIP SNAPSHOT START STARTS STORAGE TERMINATE THEN TO
		TRANSACTIONS TRUE UNION UNIQUE UNWIND USE USER USERS USING WHEN WHERE WITH XOR YIELD`)
}
