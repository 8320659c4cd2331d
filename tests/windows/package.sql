# What wixl cannot say, one statement a line.
CREATE TABLE `ActionText` (`Action` CHAR(72) NOT NULL, `Description` CHAR(64), `Template` CHAR(128) PRIMARY KEY `Action`)
INSERT INTO `ActionText` (`Action`,`Description`) VALUES ('ConfigureSharePoint','Configuring SharePoint')
# So that the tests can add tables of the wizard with a library.
CREATE TABLE `_Validation` (`Table` CHAR(32) NOT NULL, `Column` CHAR(32) NOT NULL, `Nullable` CHAR(4) NOT NULL, `MinValue` LONG, `MaxValue` LONG, `KeyTable` CHAR(255), `KeyColumn` SHORT, `Category` CHAR(32), `Set` CHAR(255), `Description` CHAR(255) PRIMARY KEY `Table`, `Column`)
