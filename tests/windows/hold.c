/* Another installation, as others see it: holds the mutex of Windows Installer until its standard input ends. */
#include <windows.h>

int main(void)
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, L"Global\\_MSIExecute");
    DWORD count;
    char byte;
    if (!mutex) return 1;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "held\n", 5, &count, NULL);
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &count, NULL) && count) {}
    ReleaseMutex(mutex);
    CloseHandle(mutex);
    return 0;
}
