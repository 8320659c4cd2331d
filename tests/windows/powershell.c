/* A stand-in for powershell.exe, which wine does not have.

   It keeps its command line and what came in, and answers as the script says in its first line: `# test: answer BASE64,…` with
   these fields, `# test: missing` as if the module were not there, `# test: exit N` without an answer, and everything else with
   nothing at all. The two files lie where the variable MIMEO_TEST_POWERSHELL says; without it, nothing is kept. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[1 << 20];

static void keep(const char *name, const void *bytes, DWORD length)
{
    char path[MAX_PATH + 64];
    DWORD written = GetEnvironmentVariableA("MIMEO_TEST_POWERSHELL", path, MAX_PATH);
    HANDLE file;
    if (!written || written >= MAX_PATH) return;
    strcat(path, name);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) return;
    WriteFile(file, bytes, length, &written, NULL);
    CloseHandle(file);
}

static void say(const char *what)
{
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), what, (DWORD)strlen(what), &written, NULL);
}

int main(void)
{
    DWORD length = 0, count;
    const WCHAR *line = GetCommandLineW();
    char *marker, *directive;
    while (length + 1 < sizeof text
        && ReadFile(GetStdHandle(STD_INPUT_HANDLE), text + length, sizeof text - 1 - length, &count, NULL) && count) {
        length += count;
    }
    keep("\\line", line, (DWORD)(lstrlenW(line) * sizeof *line));
    keep("\\document", text, length);
    marker = strstr(text, "\"marker\":\"");
    directive = strstr(text, "# test: ");
    if (!marker || !directive) return 0;
    marker += strlen("\"marker\":\"");
    *strchr(marker, '"') = 0;
    directive += strlen("# test: ");
    *strchr(directive, '\\') = 0;
    if (!strncmp(directive, "answer ", 7)) {
        say("what the script wrote to the console\r\n");
        say(marker);
        say(":");
        say(directive + 7);
        say("\r\n");
        return 0;
    }
    if (!strcmp(directive, "missing")) {
        /* The word in Base64, and four empty fields. */
        say(marker);
        say(":bWlzc2luZw==,,,,\r\n");
        return 0;
    }
    if (!strncmp(directive, "exit ", 5)) {
        static const char words[] = "first words\r\nsecond words\r\n";
        WriteFile(GetStdHandle(STD_ERROR_HANDLE), words, sizeof words - 1, &count, NULL);
        return atoi(directive + 5);
    }
    return 0;
}
