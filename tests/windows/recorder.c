/* Custom actions of the test package.

   `Record` writes the properties that RECORD names, separated by `;`, as `NAME=value` lines in UTF-8 into the file that
   RECORD_FILE names: the values as the installer has them, not as a log shows them.
   `Behave` waits until the file that TEST_WAIT names is there, and fails if nobody makes it within a minute. Then it does what
   TEST_EXIT says: `1602`, `1603` or `3010`. */
#include <windows.h>
#include <msi.h>
#include <msiquery.h>
#include <stdlib.h>

static WCHAR *property(MSIHANDLE install, const WCHAR *name)
{
    DWORD length = 0;
    WCHAR none[1];
    WCHAR *value;
    if (MsiGetPropertyW(install, name, none, &length) != ERROR_MORE_DATA) length = 0;
    value = calloc(++length, sizeof *value);
    MsiGetPropertyW(install, name, value, &length);
    return value;
}

static void put(HANDLE file, const WCHAR *text)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = calloc(length, 1);
    DWORD written;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, length, NULL, NULL);
    WriteFile(file, bytes, length - 1, &written, NULL);
    free(bytes);
}

__declspec(dllexport) UINT __stdcall Record(MSIHANDLE install)
{
    WCHAR *names = property(install, L"RECORD");
    WCHAR *path = property(install, L"RECORD_FILE");
    WCHAR *name, *end;
    HANDLE file;
    if (!*path) return ERROR_SUCCESS;
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) return ERROR_INSTALL_FAILURE;
    for (name = names; *name; name = end) {
        WCHAR *value;
        for (end = name; *end && *end != L';'; end++) {}
        if (*end) *end++ = 0;
        value = property(install, name);
        put(file, name);
        put(file, L"=");
        put(file, value);
        put(file, L"\n");
        free(value);
    }
    CloseHandle(file);
    return ERROR_SUCCESS;
}

__declspec(dllexport) UINT __stdcall Behave(MSIHANDLE install)
{
    WCHAR *exit = property(install, L"TEST_EXIT");
    WCHAR *wait = property(install, L"TEST_WAIT");
    int turns = 3000;
    while (*wait && GetFileAttributesW(wait) == INVALID_FILE_ATTRIBUTES) {
        if (!--turns) return ERROR_INSTALL_FAILURE;
        Sleep(20);
    }
    switch (_wtoi(exit)) {
    case 1602: return ERROR_INSTALL_USEREXIT;
    case 1603: return ERROR_INSTALL_FAILURE;
    case 3010: MsiSetMode(install, MSIRUNMODE_REBOOTATEND, TRUE); return ERROR_SUCCESS;
    default: return ERROR_SUCCESS;
    }
}
