// What a regular expression cannot read: texts in backticks and quotes, raw texts, nested comments, and numbers, whose dot
// belongs to them only if no name follows. There is no state between two tokens.

#include "tree_sitter/parser.h"

enum Token {
    TEMPLATE_CHARS,
    STRING_CHARS,
    BLOCK_COMMENT,
    DOC_BLOCK_COMMENT,
    RAW_STRING,
    INTEGER,
    FLOAT,
    ERROR_SENTINEL,
};

void *tree_sitter_rhai_external_scanner_create(void) { return NULL; }
void tree_sitter_rhai_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_rhai_external_scanner_serialize(void *payload, char *buffer) {
    (void)payload;
    (void)buffer;
    return 0;
}
void tree_sitter_rhai_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    (void)payload;
    (void)buffer;
    (void)length;
}

static inline void advance(TSLexer *lexer) { lexer->advance(lexer, false); }
static inline void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

static bool is_digit(int32_t it) { return it >= '0' && it <= '9'; }
static bool is_hex(int32_t it) { return is_digit(it) || (it >= 'a' && it <= 'f') || (it >= 'A' && it <= 'F'); }
static bool is_letter(int32_t it) { return (it >= 'a' && it <= 'z') || (it >= 'A' && it <= 'Z') || it == '_'; }
static bool is_space(int32_t it) { return it == ' ' || it == '\t' || it == '\n' || it == '\r' || it == '\f'; }

// Up to the closing backtick or an interpolation. A doubled backtick is one in the text, and `\${` is no interpolation.
static bool template_chars(TSLexer *lexer) {
    bool any = false;
    lexer->result_symbol = TEMPLATE_CHARS;
    for (;;) {
        lexer->mark_end(lexer);
        if (lexer->eof(lexer)) return any;
        switch (lexer->lookahead) {
            case '`':
                advance(lexer);
                if (lexer->lookahead != '`') return any;
                advance(lexer);
                break;
            case '$':
                advance(lexer);
                if (lexer->lookahead == '{') return any;
                break;
            case '\\':
                advance(lexer);
                if (lexer->lookahead == '$') advance(lexer);
                break;
            default: advance(lexer);
        }
        any = true;
    }
}

// Up to the closing quote, an escape or the end of the line. A doubled quote is one in the text.
static bool string_chars(TSLexer *lexer) {
    bool any = false;
    lexer->result_symbol = STRING_CHARS;
    for (;;) {
        lexer->mark_end(lexer);
        if (lexer->eof(lexer)) return any;
        switch (lexer->lookahead) {
            case '"':
                advance(lexer);
                if (lexer->lookahead != '"') return any;
                advance(lexer);
                break;
            case '\\':
            case '\n': return any;
            default: advance(lexer);
        }
        any = true;
    }
}

static bool comment(TSLexer *lexer) {
    advance(lexer);
    if (lexer->lookahead != '*') return false;
    advance(lexer);
    lexer->result_symbol = BLOCK_COMMENT;
    unsigned level = 1;
    if (lexer->lookahead == '*') {
        advance(lexer);
        if (lexer->lookahead == '/') {
            advance(lexer);
            lexer->mark_end(lexer);
            return true;
        }
        if (lexer->lookahead != '*') lexer->result_symbol = DOC_BLOCK_COMMENT;
        // The second star may belong to `*/`, which was just ruled out; a third one may.
    }
    while (level > 0) {
        if (lexer->eof(lexer)) return false;
        int32_t first = lexer->lookahead;
        advance(lexer);
        if (first == '*' && lexer->lookahead == '/') {
            level--;
            advance(lexer);
        } else if (first == '/' && lexer->lookahead == '*') {
            level++;
            advance(lexer);
        }
    }
    lexer->mark_end(lexer);
    return true;
}

static bool raw_string(TSLexer *lexer) {
    unsigned signs = 0;
    while (lexer->lookahead == '#') {
        signs++;
        advance(lexer);
    }
    if (lexer->lookahead != '"') return false;
    advance(lexer);
    while (!lexer->eof(lexer)) {
        bool quote = lexer->lookahead == '"';
        advance(lexer);
        if (!quote) continue;
        unsigned seen = 0;
        while (seen < signs && lexer->lookahead == '#') {
            seen++;
            advance(lexer);
        }
        if (seen == signs) {
            lexer->mark_end(lexer);
            lexer->result_symbol = RAW_STRING;
            return true;
        }
    }
    return false;
}

static void digits(TSLexer *lexer) {
    while (is_digit(lexer->lookahead) || lexer->lookahead == '_') advance(lexer);
}

static bool number(TSLexer *lexer) {
    lexer->result_symbol = INTEGER;
    bool zero = lexer->lookahead == '0';
    advance(lexer);
    if (zero) {
        while (lexer->lookahead == '_') advance(lexer);
        switch (lexer->lookahead) {
            case 'x':
            case 'X':
            case 'o':
            case 'O':
            case 'b':
            case 'B':
                advance(lexer);
                while (is_hex(lexer->lookahead) || lexer->lookahead == '_') advance(lexer);
                lexer->mark_end(lexer);
                return true;
            default: break;
        }
    }
    digits(lexer);
    lexer->mark_end(lexer);
    if (lexer->lookahead == '.') {
        advance(lexer);
        // `1..2` is a range, `1.abs()` a call; `1.5` and `1.` are numbers.
        if (lexer->lookahead == '.' || is_letter(lexer->lookahead) || lexer->eof(lexer)) return true;
        digits(lexer);
        lexer->mark_end(lexer);
        lexer->result_symbol = FLOAT;
    }
    if (lexer->lookahead == 'e' || lexer->lookahead == 'E') {
        advance(lexer);
        if (lexer->lookahead == '+' || lexer->lookahead == '-') advance(lexer);
        if (!is_digit(lexer->lookahead)) return true;
        digits(lexer);
        lexer->mark_end(lexer);
        lexer->result_symbol = FLOAT;
    }
    return true;
}

bool tree_sitter_rhai_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    (void)payload;
    bool recovering = valid[ERROR_SENTINEL];
    if (valid[TEMPLATE_CHARS] && !recovering) return template_chars(lexer);
    if (valid[STRING_CHARS] && !recovering) return string_chars(lexer);
    while (is_space(lexer->lookahead)) skip(lexer);
    if (lexer->lookahead == '/' && valid[BLOCK_COMMENT]) return comment(lexer);
    if (lexer->lookahead == '#' && valid[RAW_STRING]) return raw_string(lexer);
    if (is_digit(lexer->lookahead) && valid[INTEGER]) return number(lexer);
    return false;
}
